"""Drawing in child processes that can open nothing, take only so much and end when told.

`pool` is the service's side of it: which process gets which document (`lanes`, `processes`,
`charts`), and the conversation with each (`child`). `drawing_child` and `chart_child` are the
programs that run in them, `locked` is what both give up first.

Messages on a child's stdin and stdout are frames: four octets of length (big endian), then that
many octets. What a child says is two frames: a status as JSON, and a content. The first one, with
the status `ready`, means that it is warm and has given up its rights. A request to a drawing child
is three frames, the format's name, its options as JSON and the document's JSON. While it draws, the
child may ask for a chart (`chart_needed`, with what `chart_child` is asked), and gets two frames
back: a status as JSON, and the picture.

What is imported here stays small, because the children import this package too.
"""
