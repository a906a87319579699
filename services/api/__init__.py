"""The api: accepts, validates and answers over HTTP; queries no source, renders nothing."""
