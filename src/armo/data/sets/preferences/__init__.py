"""Known sets of preferences."""

from armo.data.sets.known import KnownSet
from armo.data.sets.preferences.code_ultrafeedback import CODE_ULTRAFEEDBACK
from armo.data.sets.preferences.distilabel import CAPYBARA, MATH, OPENORCA
from armo.data.sets.preferences.helpsteer import HELPSTEER
from armo.data.sets.preferences.hh import HH
from armo.data.sets.preferences.pku import PKU
from armo.data.sets.preferences.preference_collection import PREFERENCE_COLLECTION
from armo.data.sets.preferences.prm800k import PRM800K
from armo.data.sets.preferences.ready_made import READY_MADE
from armo.data.sets.preferences.shp import SHP
from armo.data.sets.preferences.ultrafeedback import ULTRAFEEDBACK
from armo.data.sets.ratings import PREFERENCE_EXTRAS

SETS: tuple[KnownSet, ...] = (
    *READY_MADE,
    PRM800K,
    HELPSTEER,
    ULTRAFEEDBACK,
    SHP,
    *HH,
    *PKU,
    CAPYBARA,
    MATH,
    OPENORCA,
    CODE_ULTRAFEEDBACK,
    PREFERENCE_COLLECTION,
    *PREFERENCE_EXTRAS,
)
