"""What can be chosen of an initiative: its steps, templates, dimensions, verdicts and the like, each with its words (S2-01 to S2-20)."""

from __future__ import annotations

from libs.events.choice import Choice, Tone, choice


class InitiativeStep(Choice):
    """The seven steps of continual improvement, in their order (S2-05)."""

    VISION = choice("vision", "What is the vision? What the initiative is for, and how that serves the vision of the organisation.")
    NOW = choice("now", "Where are we now? What is so today, as objectively as it can be found out.", words="Where we are now")
    WANT = choice("want", "Where do we want to be? Objectives, and by what it is seen that they are reached.", words="Where we want to be")
    HOW = choice("how", "How do we get there? A straight plan, or a series of experiments.", words="How we get there")
    ACT = choice("act", "Take action: a pilot, then the roll-out, with progress measured all the while.", words="Take action")
    THERE = choice("there", "Did we get there? Whether the objectives are reached, and whether they still matter.", words="Did we get there")
    MOMENTUM = choice("momentum", "How do we keep the momentum going? Success is told and made to last, failure explained.", words="Keep the momentum")


class InitiativeTemplate(Choice):
    """How much of the seven steps an initiative goes through (S2-18)."""

    LIGHT = choice("light", "For a small change: how to get there and keeping the momentum are left out unless they are entered.")
    FULL = choice("full", "All seven steps, each entered, or skipped with its reason.")


class ValueChainActivity(Choice):
    """The activity of the service value chain that is improved (S2-20)."""

    PLAN = choice("plan", "Deciding what is to be done.")
    ENGAGE = choice("engage", "Talking with those whom it is for and with those who help.")
    DESIGN_AND_TRANSITION = choice("design_and_transition", "Shaping services and bringing them into use.")
    OBTAIN_BUILD = choice("obtain_build", "Getting or making the parts of services.", words="Obtain or build")
    DELIVER_AND_SUPPORT = choice("deliver_and_support", "Running services and helping those who use them.")
    IMPROVE = choice("improve", "Making all of it better.")


class AssessmentDimension(Choice):
    """What is looked at to find out where something stands now (S2-07)."""

    VALUE = choice("value", "What users think they get of it.", words="Value as users see it")
    PEOPLE = choice("people", "What the people at work can do, and what they lack.", words="People and skills")
    PROCESSES = choice("processes", "How the work is done.")
    TECHNOLOGY = choice("technology", "What the technology in use can do.")
    CULTURE = choice("culture", "What is taken for granted in the organisation.")


class AssessmentSource(Choice):
    """What an assessment comes from (S2-07)."""

    NPS = choice("nps", "A net promoter score.", words="Net promoter score", spoken="net promoter score")
    SURVEY = choice("survey", "A survey, also one that compares with others.")
    STATISTICS = choice("statistics", "Figures from daily operation.")
    AUDIT = choice("audit", "The report of an audit.")
    INTERVIEW = choice("interview", "Talks with people.")


class ObjectiveKind(Choice):
    """What an aim of an initiative is (S2-09)."""

    OBJECTIVE = choice("objective", "What shall be reached.")
    CSF = choice("csf", "What must go well for it to be reached.", words="Critical success factor")
    KPI = choice("kpi", "The figure by which it is seen.", words="Key performance indicator")


class PlanKind(Choice):
    """How an initiative means to get where it wants to be (S2-11)."""

    DIRECT = choice("direct", "By a plan whose way is known.")
    EXPERIMENTAL = choice("experimental", "By experiments, one after the other, each of which may change the way.")


class ActionScope(Choice):
    """How far an action of an initiative reaches (S2-12)."""

    PILOT = choice("pilot", "It is tried with a few first.")
    ROLL_OUT = choice("roll_out", "It reaches everybody it is meant for, after a pilot.", words="Roll-out")


class ProgressVerdict(Choice):
    """Whether the objectives of an initiative were reached (S2-13)."""

    ACHIEVED = choice("achieved", "The objectives were reached.", tone=Tone.GOOD)
    PARTLY = choice("partly", "Some of the objectives were reached.", tone=Tone.GOING)
    NOT_ACHIEVED = choice("not_achieved", "They were not reached: the next iteration begins, or the failure is analysed (S2-14, S2-16).", tone=Tone.BAD)


class ValueVerdict(Choice):
    """Whether the objectives of an initiative still matter (S2-13)."""

    RELEVANT = choice("relevant", "As much as when they were set.", tone=Tone.GOOD)
    LESS_RELEVANT = choice("less_relevant", "Less than when they were set.", tone=Tone.GOING)
    IRRELEVANT = choice("irrelevant", "No longer: what was reached is worth nothing.", tone=Tone.BAD)


class InitiativeOutcome(Choice):
    """How an initiative stands as a whole (S2-13, S2-16)."""

    UNDER_WAY = choice("under_way", "It goes through its steps.", tone=Tone.GOING)
    WORKED = choice("worked", "Closed: its objectives were reached, all or some, and still mattered.", tone=Tone.GOOD)
    FAILED = choice("failed", "Closed: its objectives were not reached or mattered no longer; the lesson was shared.", tone=Tone.ENDED)
    UNKNOWN = choice("unknown", "Closed without a verdict, for the step that asks for it was skipped.", tone=Tone.BAD)
