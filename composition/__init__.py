"""What the programs of this repository share: the settings that every stack has, and what is composed for each."""
