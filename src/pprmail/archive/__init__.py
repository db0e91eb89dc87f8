"""The site: pages and feeds."""
