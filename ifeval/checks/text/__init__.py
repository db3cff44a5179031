"""How text is read: words, sentences, languages."""
