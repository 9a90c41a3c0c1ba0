"""Tools of the house that are not part of the product: translations, the README's picture, the long figures."""
