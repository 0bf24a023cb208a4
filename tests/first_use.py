"""What programs work out at their first use, worked out when this is imported, to be forked.

Half of what a short command takes. Only what is the same in every process: expressions, tables and
libraries; nothing that starts a thread, which a fork would miss.
"""

import gc
import os
from pathlib import Path
from unittest.mock import patch

import numpy.ma  # noqa: F401  # `numpy.unique` imports it
from one_encoder import FOLDER, sharing

import index.encoders.e5.encoder  # noqa: F401  # it imports onnxruntime
from bot.grounding.places import codes
from bot.question.courtesy import find_remark
from bot.question.question import read_question
from bot.settings import Settings

with patch.dict(os.environ, clear=True):
    Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic's own keyword
find_remark("who said so?")
for text, language in (("What was said in 2003?", "en"), ("دیروز چه گفت؟", "fa")):
    read_question(text)
    codes("iran", language)
if FOLDER in os.environ:
    for_good = sharing(Path(os.environ[FOLDER]))  # until this name goes
    for_good.__enter__()
gc.freeze()  # else the collector writes to all that was imported, and each fork copies it
