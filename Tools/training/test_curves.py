"""Logs become rows of one table, and those become curves."""

import pytest

import curves

LOG = """a warning
step 25 pictures 296 31s rate 1.9e-04 trunk 1.6594 focal 0.2308
0.933 s a step: 60 steps; --steps 60 repeats this run
step 50 pictures 560 52s rate 3.8e-04 trunk 1.2000 focal 0.2500
step 60 pictures 700 60s rate 2.0e-05 trunk 1.1000 focal 0.2400
"""


def test_a_log_is_thinned_and_its_last_line_is_kept(tmp_path):
    log = tmp_path / "clip.log"
    log.write_text(LOG)
    found = curves.rows("seed 3", log, every=50)
    assert found == [("seed 3", "50", "560", "3.8e-04", "trunk", "1.2000"), ("seed 3", "50", "560", "3.8e-04", "focal", "0.2500"),
                     ("seed 3", "60", "700", "2.0e-05", "trunk", "1.1000"), ("seed 3", "60", "700", "2.0e-05", "focal", "0.2400")]
    curves.write(tmp_path / "table.tsv", found)
    assert curves.read(tmp_path / "table.tsv") == found
    curves.draw(found, tmp_path / "curves.svg")
    assert "seed 3, focal" in (tmp_path / "curves.svg").read_text()


def test_a_file_that_is_no_log_is_refused(tmp_path):
    log = tmp_path / "other.txt"
    log.write_text("nothing of the kind")
    with pytest.raises(SystemExit, match="no line of a training"):
        curves.rows("x", log)
