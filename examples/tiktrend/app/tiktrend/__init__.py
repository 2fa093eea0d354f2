"""Products of many stores: searched, scraped by jobs, kept as favourites."""
