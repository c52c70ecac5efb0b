"""Known sets of ratings."""

from armo.data.sets.known import KnownSet
from armo.data.sets.ratings.argilla import CAPYBARA, MATH, OPENORCA
from armo.data.sets.ratings.beavertails import BEAVERTAILS_30K
from armo.data.sets.ratings.code_ultrafeedback import CODE_ULTRAFEEDBACK
from armo.data.sets.ratings.feedback_collection import FEEDBACK_COLLECTION
from armo.data.sets.ratings.helpsteer import HELPSTEER, HELPSTEER2
from armo.data.sets.ratings.helpsteer3 import HELPSTEER3
from armo.data.sets.ratings.merged import ARMORM
from armo.data.sets.ratings.ultrafeedback import ULTRAFEEDBACK

SETS: tuple[KnownSet, ...] = (
    HELPSTEER,
    ULTRAFEEDBACK,
    BEAVERTAILS_30K,
    FEEDBACK_COLLECTION,
    CAPYBARA,
    OPENORCA,
    MATH,
    CODE_ULTRAFEEDBACK,
    ARMORM,
    HELPSTEER2,
)

# Of the same family of sets, but pairs: the registry of preferences lists it.
PREFERENCE_EXTRAS: tuple[KnownSet, ...] = (HELPSTEER3,)
