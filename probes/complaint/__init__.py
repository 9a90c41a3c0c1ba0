"""What a customer says, as symptom codes: rules that show which words spoke. This is the one public door."""

from probes.complaint._advice import Advice, AdviceBook, Question, Wording, advice
from probes.complaint._groups import GroupGuess, GroupModel, features, load_group_model, softmax
from probes.complaint._lexicon import Lexicon, Rule, load_lexicon
from probes.complaint._read import Complaint, Guess, read_complaint
from probes.complaint._wording import MAX_CHARS, Clause, clauses, plain

__all__ = [
    "MAX_CHARS",
    "Advice",
    "AdviceBook",
    "Clause",
    "Complaint",
    "GroupGuess",
    "GroupModel",
    "Guess",
    "Lexicon",
    "Question",
    "Rule",
    "Wording",
    "advice",
    "clauses",
    "features",
    "load_group_model",
    "load_lexicon",
    "plain",
    "read_complaint",
    "softmax",
]
