"""Issues out of text: headers, Markdown, folders; each field with its place in the file."""
