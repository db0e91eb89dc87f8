"""What registers of the literature say of a source: the list of Retraction Watch, a file; and Crossref, asked over the network."""

WHERE_TO_GET_THE_LIST = "get the list from https://gitlab.com/crossref/retraction-watch-data"
