"""What the e-mail channel is made of: settings, addresses, the written mail, the wire."""
