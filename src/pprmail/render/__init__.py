"""An issue as mail: MJML through Jinja2 to HTML, and plain text made from the source."""
