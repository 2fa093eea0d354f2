"""The roads of a stack: ways that traffic must take, walked over what is deployed (docs/roads.md).

Laws read its rules, and every preview reads laws: what walks (`find`) is loaded by whoever asks for it.
"""
