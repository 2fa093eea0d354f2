"""Which names Flowise itself asks for, where only listed ones resolve."""

# Name -> what for.
EGRESS_DOMAINS = {
    "registry.npmjs.org": "Flowise looks for its newest version",
    "raw.githubusercontent.com": "Flowise's list of models",
    # measured: where it is out of reach, a streamed answer of ChatOpenAI comes 85 s late
    "tiktoken.pages.dev": "LangChain's tables for counting the tokens of answers that OpenAI's nodes stream",
}
