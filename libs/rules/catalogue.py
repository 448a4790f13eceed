"""The catalogue of rules: each with its statement, the document it comes from, and what to do about a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from libs.events.catalog.portfolio.evaluations.questions import QUESTIONS

IMPROVE: Final = "Phase 4 - Improve (S0)"
GREEK_GUIDE: Final = "Stage 5: Continuous improvement (S1)"
ITIL: Final = "Continual Improvement in ITIL 4 (S2)"
ONE_STEP: Final = "Improve public services, one step at a time (S3)"
SUSTAIN: Final = "Sustain the Team & Product (S4)"
SUSTAIN_SOURCE: Final = "Sustain the Team & Product, lists recovered from the page's own source"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `id` as in the requirements, `source` the document and its part."""

    id: str
    statement: str
    source: str
    remedy: str


_ALL = (
    Rule(
        "S0-02",
        "The Improve phase of a product ends only when the product is decommissioned.",
        f"{IMPROVE}, introduction",
        "Decommission the product, or let it stay in Improve.",
    ),
    Rule(
        "S0-03",
        "Work on a product may halt early only for a lack of resources, with the reason on record; it is a risk and not a completion.",
        f"{IMPROVE}, introduction",
        "Halt the product with the reason 'resource constraint', and say what is lacking.",
    ),
    Rule(
        "S0-08",
        "Money for enhancing a product stands beside money for supporting the version in use; support must not fall to zero.",
        f"{IMPROVE}, introduction",
        "Plan a part of the investment for support.",
    ),
    Rule(
        "S0-12",
        "The order of a backlog is decided by the product owner of that product, and by nobody else.",
        f"{IMPROVE}, Governance",
        "Ask the product owner to change the order.",
    ),
    Rule(
        "S0-13",
        "A release goes out only after the product owner of that product has signed it off.",
        f"{IMPROVE}, Governance",
        "Ask the product owner to sign the release off.",
    ),
    Rule(
        "S0-14",
        "The steering group approves an investment before any formal bid is made for it.",
        f"{IMPROVE}, Governance",
        "Bring the investment to the steering group, record its approval, then submit the bid.",
    ),
    Rule(
        "S0-15",
        "A bid names its investment, amount and deciding body, and rests on the decision that allowed it.",
        f"{IMPROVE}, Governance",
        "Submit the bid for the approved investment with its amount and body, and record its outcome once.",
    ),
    Rule(
        "S0-16",
        "A change of what a product does goes to the change advisory board (CAB); its release waits for an approving outcome.",
        f"{IMPROVE}, Governance",
        "Raise a change request, link it to the release, and have the board decide it.",
    ),
    Rule(
        "S0-17",
        "A change of how a product relates to other services goes to the change advisory board (CAB) too.",
        f"{IMPROVE}, Governance",
        "Raise a change request for the dependency, and have the board decide it.",
    ),
    Rule(
        "S1-03",
        "What is heard of a product comes by a channel that is open, and shows at which point the problem lies.",
        f"{GREEK_GUIDE}, golden rule 3",
        "Open a channel of feedback, and record what is heard through it.",
    ),
    Rule(
        "S1-08",
        "The data that a metric needs are listed before they are collected.",
        f"{GREEK_GUIDE}, action 3",
        "Say with `at` that they were listed before the first reading, if they were; else define another metric, and list its data first.",
    ),
    Rule(
        "S1-09",
        "Whether a change worked is told by the metrics that were measured before it; by others only with a note that says why.",
        f"{GREEK_GUIDE}, action 3",
        "Read the same metrics before and after, or say in the note why they are others.",
    ),
    Rule(
        "S1-10",
        "A finding rests on something: on what a metric has shown, on what was heard, or on an experiment.",
        f"{GREEK_GUIDE}, action 4",
        "Name the metrics, themes or experiments that show it, each of which is there by that day.",
    ),
    Rule(
        "S1-11",
        "A recommendation rests on findings, and the product owner answers it once.",
        f"{GREEK_GUIDE}, action 5",
        "Record the findings first, then recommend what should be done about them.",
    ),
    Rule(
        "S1-12",
        "A change that carries out a recommendation carries out one that the product owner has not declined.",
        f"{GREEK_GUIDE}, action 6",
        "Leave the recommendation out, or have it made anew.",
    ),
    Rule(
        "S1-13",
        "A change is monitored for some time after it, by its metrics and by what users say; then it is said once whether it worked.",
        f"{GREEK_GUIDE}, action 7",
        "Monitor a change once it is made, and close that monitoring once.",
    ),
    Rule(
        "S1-04",
        "One product is evaluated at a time, again and again, at the interval that its organisation sets.",
        f"{GREEK_GUIDE}, action 1",
        "Conclude the evaluation that is open (portfolio.conclude_evaluation), then start the next.",
    ),
    Rule(
        "S1-05",
        "An evaluation says which objectives are not met, which errors there are, and at its end whether the product is effective and whether it is efficient.",
        f"{GREEK_GUIDE}, action 1",
        "Start the evaluation, say what falls short while it is open, and conclude it once with both verdicts.",
    ),
    Rule(
        "S1-14",
        "Results and good practice are shared with other bodies once they are there.",
        f"{GREEK_GUIDE}, action 7",
        "Conclude the evaluation, then publish it once.",
    ),
    *(
        Rule(one.rule, f"An evaluation asks: {one.text} A yes rests on evidence.", f"{GREEK_GUIDE}, question {one.id}", f"Give the evidence. {one.rests_on}")
        for one in QUESTIONS
    ),
    Rule(
        "S2-05",
        "An initiative goes through the seven steps in their order, each entered once an iteration, or skipped with its reason; closed, it is at its end.",
        f"{ITIL}, the continual improvement model",
        "Take the steps in between first (roadmap.enter_step), or skip them with a reason (roadmap.skip_step).",
    ),
    Rule(
        "S2-06",
        "An initiative has a vision of its own, which serves that of the organisation, so that each action can be traced up to it.",
        f"{ITIL}, step 1: What is the vision?",
        "Set the vision that is missing (roadmap.set_vision), of the organisation or of the initiative.",
    ),
    Rule(
        "S2-07",
        "Before anything is aimed at it is assessed, as objectively as can be, where things stand now.",
        f"{ITIL}, step 2: Where are we now?",
        "Assess where it stands now (roadmap.assess), then go on.",
    ),
    Rule(
        "S2-08",
        "A target is set only for a metric whose baseline has been measured, so that there is something to compare with.",
        f"{ITIL}, step 2: Where are we now?",
        "Measure the baseline of the metric, then set the target.",
    ),
    Rule(
        "S2-09",
        "Before it is planned how to get there, it is said what shall be reached: objectives, what must go well for them, and by what it is seen.",
        f"{ITIL}, step 3: Where do we want to be?",
        "Set an objective (roadmap.set_objective), then go on.",
    ),
    Rule(
        "S2-11",
        "It is planned how to get there, straight on or by experiments; whoever changes the plan says why.",
        f"{ITIL}, step 4: How do we get there?",
        "Say the plan (roadmap.plan_initiative), with a reason where it takes the place of another.",
    ),
    Rule(
        "S2-12",
        "While acting, progress is measured; what is rolled out was tried in a pilot before.",
        f"{ITIL}, step 5: Take action",
        "Report the progress (roadmap.report_progress), and add a pilot before its roll-out (roadmap.add_action).",
    ),
    Rule(
        "S2-13",
        "Whether the objectives were reached and whether they still matter are two verdicts, and both are given before an iteration goes on.",
        f"{ITIL}, step 6: Did we get there?",
        "Give both verdicts in this step (roadmap.judge_initiative).",
    ),
    Rule(
        "S2-15",
        "A success is told to others and made to last.",
        f"{ITIL}, step 7: How do we keep the momentum going?",
        "Tell the success, once the verdicts say that it is one (roadmap.tell_success).",
    ),
    Rule(
        "S2-16",
        "A failure is analysed, and its lesson shared openly with those whom it concerns, before the initiative is closed.",
        f"{ITIL}, step 7: How do we keep the momentum going?",
        "Analyse the failure and share the lesson (roadmap.analyse_failure).",
    ),
    Rule(
        "S3-02",
        "A target condition is set without a day, and reached once: the way to it is not known beforehand.",
        f"{ONE_STEP}, the target condition",
        "Set the target condition, and say that it is reached once it is so.",
    ),
    Rule(
        "S3-01",
        "A team changes one small thing at a time: an improvement is raised, started and finished, as a rule before the next one is started.",
        f"{ONE_STEP}, introduction",
        "Finish or drop what the team has begun, then start the next.",
    ),
    Rule(
        "S3-04",
        "An experiment goes through plan, do, check and act, each once and in this order: nothing is concluded that was not checked.",
        f"{ONE_STEP}, plan-do-check-act",
        "Take the step before first.",
    ),
    Rule(
        "S3-05",
        "What did not work is tried again by another plan or let go; what worked goes on in wider changes.",
        f"{ONE_STEP}, plan-do-check-act: Act",
        "Conclude by what the check has shown: adopt it with its roadmap items, adapt it with the next plan, or abandon it.",
    ),
    Rule(
        "S3-10",
        "A change of a class that the change advisory board (CAB) has approved goes out with all evidence of its class; any other waits for the board.",
        f"{ONE_STEP}, change management",
        "Attach the evidence that is named (roadmap.attach_evidence), or have the board decide on this change.",
    ),
    Rule(
        "S4-02",
        "A phase is entered when its pre-conditions are met; for Sustain these are R-01, R-02 and the good health of both team and product.",
        f"{SUSTAIN}, Pre-conditions",
        "Meet the pre-conditions that are named, then enter the phase.",
    ),
    Rule(
        "S4-03",
        "A product is improved without end: money is for product and team, not for a one-off project with a fixed scope and an end date.",
        f"{SUSTAIN}, Adopt Continuous Product Improvement",
        "Fund the product as ongoing, without an end date.",
    ),
    Rule(
        "S4-10",
        "Lab Operations answers each application for onboarding once: first, as a rule, whoever plans more products.",
        f"{SUSTAIN}, Build a Portfolio",
        "Onboard or decline a candidate that has applied and was not answered.",
    ),
    Rule(
        "S4-13",
        "What is put before the Treasury Board for a program is part of redesigning it, and is decided once.",
        f"{SUSTAIN}, Build a Portfolio",
        "Begin the redesign first (portfolio.redesign_program), then submit, then record the outcome.",
    ),
    Rule(
        "S4-14",
        "An opportunity beyond its program is taken up by a team once the executive of its home agrees, who answers once.",
        f"{SUSTAIN}, Contribute Beyond Your Organization",
        "Accept or decline an opportunity that was recorded and was not answered.",
    ),
    Rule(
        "S4-15",
        "A team works for another organisation once that has accepted the loan, and what came of it is a release that went out meanwhile.",
        f"{SUSTAIN}, Cross-government Network",
        "Have the borrower accept the loan (portfolio.accept_loan), then go on.",
    ),
    Rule(
        "S4-17",
        "A function of the home organisation takes over only once it has prepared for that.",
        f"{SUSTAIN}, LabOps Resources",
        "Prepare the hand-off with the function, then have it accepted.",
    ),
    Rule(
        "S4-18",
        "A graduation is celebrated with a ceremony and a story, once the hand-off is accepted and the story says what failed.",
        f"{SUSTAIN}, LabOps Resources",
        "Finish the hand-off and tell the story, then hold the ceremony.",
    ),
    Rule(
        "R-01",
        "A beta release of one of the team's products is in the hands of the people it is for.",
        f"{SUSTAIN_SOURCE}, Pre-conditions",
        "Publish a beta release that the product owner has signed off.",
    ),
    Rule(
        "R-02",
        "The backlog of open items shrinks: over the last four month ends it never grew, and it is smaller than it was.",
        f"{SUSTAIN_SOURCE}, Pre-conditions",
        "Deliver or drop more items than are added, month by month.",
    ),
    Rule(
        "R-03",
        "The home organisation has the team's core roles filled, with its own people as product owner and as at least half of the core.",
        f"{SUSTAIN_SOURCE}, What success looks like",
        "Fill the open core roles, and bring in staff where contractors sit.",
    ),
    Rule(
        "R-04",
        "The product meets what users and stakeholders expect: targets are hit, satisfaction is measured, and an executive attests it.",
        f"{SUSTAIN_SOURCE}, What success looks like",
        "Hit a due target and miss none, read a satisfaction metric, and ask an executive to attest.",
    ),
    Rule(
        "R-05",
        "An executive has told the story of what was achieved honestly, with what failed.",
        f"{SUSTAIN_SOURCE}, What success looks like",
        "Tell the story, and say in it what failed.",
    ),
    Rule(
        "R-06",
        "All five functions of the home organisation have accepted the hand-off.",
        f"{SUSTAIN_SOURCE}, functions to bring along",
        "Prepare the hand-off with each function that is open, and have its executive accept it.",
    ),
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in _ALL})

NEVER_DEMANDED: Final = frozenset({"R-01", "R-02", "R-03", "R-04", "R-05", "R-06", "S0-12", "S0-15", "S4-03"})
"""Rules that stand in the way of no command, so that there is nothing to lift: what a status rests on (R-01 to R-06), who may say something (S0-12), that an
outcome is said once (S0-15), and what is warned of (S4-03)."""
