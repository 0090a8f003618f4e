"""The catalogue over HTTP: what each resource shows, and how it is asked for."""
