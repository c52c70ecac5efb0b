from armo.data.sets.benchmarks import SETS


def test_every_set_is_a_benchmark_with_a_name_of_its_own():
    assert {known.kind for known in SETS} == {"benchmark"}
    assert len({known.name for known in SETS}) == len(SETS)
    assert all(known.hub.count("/") == 1 for known in SETS)
    assert all(known.licence and known.layout for known in SETS)


def test_the_paper_evaluates_on_rewardbench_and_the_prior_sets():
    assert {known.name for known in SETS if known.paper} == {"rewardbench", "prior-sets"}


def test_sets_whose_rows_do_not_tell_their_subset_have_an_option_for_it():
    with_option = {known.name for known in SETS if known.option_defaults() == {"subset": ""}}
    assert with_option == {"prior-sets", "rm-bench", "llmbar"}
    others = [known for known in SETS if known.name not in with_option]
    assert all(known.option_defaults() == {} for known in others)
