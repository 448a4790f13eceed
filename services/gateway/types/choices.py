"""The closed choices of the catalogues and the rules as the schema has them, each value described; declared before any type names them."""

from __future__ import annotations

from libs.events.catalog.backlog.item import ItemState
from libs.events.catalog.backlog.need import Verdict
from libs.events.catalog.backlog.source import Confidential, System
from libs.events.catalog.portfolio.graduation import GraduationStatus, HandoffState, HomeFunction
from libs.events.catalog.portfolio.investment import Funding, Spending
from libs.events.catalog.portfolio.team import HealthReading, HealthSubject, Staffing, TeamRole
from libs.events.catalog.roadmap.metric import MetricKind
from libs.events.catalog.roadmap.release import ReleaseStage, ReleaseState
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemState
from libs.rules.awaiting import AwaitedKind
from libs.rules.changes import ChangeKind, ChangeNature
from libs.rules.duties import DutyKind
from libs.rules.milestones import MilestoneKind
from libs.rules.searching import Findable
from services.gateway.types.telling import known

known(
    System,
    "From where a source delivers.",
    GITHUB="Webhooks of GitHub.",
    GITLAB="Webhooks of GitLab.",
    JIRA="Webhooks of Jira.",
    STANDARD="Whoever signs by Standard Webhooks.",
)
known(
    Confidential,
    "What becomes of the words of what a source marks as confidential.",
    WITHHOLD="No event says them: the item is called confidential.",
    PUBLISH="They are published like all others.",
)
known(
    Horizon,
    "How near a roadmap item is (S0-20).",
    NOW="It is being worked on.",
    NEXT="It comes after that.",
    LATER="It comes some day.",
    DONE="It is done.",
)
known(
    RoadmapItemState,
    "Whether a roadmap item is planned, done or dropped.",
    PLANNED="It is meant to be brought about.",
    DONE="It was brought about.",
    DROPPED="It was taken off the roadmap.",
)
known(
    ReleaseStage,
    "The phase of the product that a release belongs to.",
    DISCOVERY="While it is found out what users need.",
    ALPHA="While ways of meeting the needs are tried.",
    BETA="The first version that people use (R-01).",
    LIVE="The version in general use.",
    IMPROVE="After that, while the product is made better.",
)
known(
    ReleaseState,
    "How far a release is.",
    PROPOSED="It is meant; the product owner has not signed it off.",
    SIGNED_OFF="The product owner has agreed (S0-13).",
    PUBLISHED="It is with the people it is for.",
)
known(
    ItemState,
    "Where a backlog item stands.",
    OPEN="Nobody has begun with it.",
    STARTED="Somebody works on it; it counts as open.",
    DELIVERED="It is with its users.",
    DROPPED="It will not be done.",
)
known(
    GraduationStatus,
    "Where a team stands: derived from facts and the day, never typed (S4-01 to S4-05).",
    IN_RESIDENCY="It builds its product, and has not entered Sustain.",
    SUSTAIN="Team and product are healthy, and the organisation around them is brought along (S4-01).",
    HANDING_OFF="A function of the home organisation has accepted its part.",
    READY="R-01 to R-06 are met: the ceremony can be held.",
    GRADUATED="The ceremony was held, and all criteria are still met.",
    ALUMNI="It graduated long ago, and all criteria are still met.",
    AT_RISK="It graduated, and a criterion is met no longer.",
    PIVOTED_AWAY="It left the path to graduation for good.",
)
known(
    HomeFunction,
    "The functions of the home organisation that must take over (R-06).",
    IT_AGENCY="The IT agency.",
    PROJECT_OFFICE="The project office.",
    CORPORATE_SERVICES="Corporate services.",
    STRATEGIC_HR="Strategic human resources.",
    PROGRAM_LEADERSHIP="The leadership of the program.",
)
known(
    HandoffState,
    "How far a hand-off has come.",
    OPEN="Nothing was prepared.",
    PREPARED="The function has prepared, and has not accepted (S4-17).",
    ACCEPTED="The function has taken over its part (R-06).",
    FAILED="It did not succeed; it may be prepared again (S4-07).",
)
known(
    TeamRole,
    "What a member does in a team: the first five are core seats (S0-10), the others are drawn on (S0-11).",
    PRODUCT_OWNER="Owns the product's backlog and signs off its releases.",
    APPLICATIONS_SUPPORT="Keeps the version in use running.",
    USER_RESEARCH="Finds out what users need.",
    DEVELOPER="Builds the product.",
    SERVICE_DESIGNER="Designs the service from end to end.",
    BUSINESS_ANALYSIS="Drawn on for business analysis.",
    PROJECT_MANAGER="Drawn on for project management.",
)
known(Staffing, "Of the public service, or under contract.", STAFF="Of the public service.", CONTRACTED="Under contract.")
known(HealthReading, "What a health check found (S4-01).", GOOD="Well.", FAIR="Neither well nor badly.", POOR="Badly.")
known(
    ChangeKind,
    "What moved.",
    STATUS="The graduation status of a team.",
    CRITERION="Whether one of R-01 to R-06 is met.",
    MONEY="A figure of an investment.",
    DATE="When something is planned to start or to end.",
    HORIZON="Under which heading a roadmap item stands.",
    MEMBER="Who is on a team.",
    PHASE="The phase of a product.",
    RELEASE="How far a release is.",
)
known(
    ChangeNature,
    "Whether a value became another, came to be or went: what comes into being has not moved.",
    NEW="There was none at the first moment: it was placed, approved, formed, joined or said for the first time.",
    CHANGED="There was another at the first moment.",
    GONE="There is none at the second moment: it left, or was taken back.",
)
known(
    DutyKind,
    "What is due.",
    BID_UNDECIDED="A bid waits for its outcome (S0-15).",
    EVIDENCE_EXPIRES="Evidence that a graduate rests on grows too old (R-04).",
)
known(Verdict, "How far a need is met (S0-04).", MET="Met.", PARTLY="Met in part.", UNMET="Not met.")
known(
    MetricKind,
    "Counted, or judged: a product needs both (S1-01).",
    QUANTITATIVE="Counted.",
    QUALITATIVE="Judged.",
)
known(HealthSubject, "Of what a reading of health speaks (S4-01).", TEAM="Of the team.", PRODUCT="Of its product.")
known(
    Funding,
    "How the money is meant (S4-03).",
    ONE_OFF_PROJECT="For a project that ends.",
    ONGOING_PRODUCT="For a product that goes on.",
)
known(Spending, "Of which kind the money is (S4-04).", CAPITAL="Capital spending.", OPERATING="Operating spending.")
known(
    AwaitedKind,
    "What is waited for.",
    DECIDE_INVESTMENT="The steering group's decision on an investment (S0-14).",
    RECORD_BID_OUTCOME="What the deciding body said of a bid (S0-15).",
    RETURN_TEAM="Whether a team on loan is back (S4-15).",
    ENTER_SUSTAIN="The entering of Sustain, whose pre-conditions are met (S4-02).",
    PREPARE_HANDOFF="The preparation of a hand-off with a function (S4-17).",
    ACCEPT_HANDOFF="The acceptance of a hand-off that is prepared (R-06).",
    ATTEST="An executive's word that a team meets expectations (R-04).",
    TELL_STORY="The story, with what failed (R-05).",
    HOLD_CEREMONY="The ceremony of a team that is ready (S4-18).",
    RAISE_CHANGE="A change request for a release that changes what its product does (S0-16).",
    DECIDE_CHANGE="The change advisory board's outcome (S0-16, S0-17).",
    SIGN_OFF_RELEASE="The product owner's sign-off (S0-13).",
    PUBLISH_RELEASE="The publishing of a release that nothing stands in the way of (S0-16).",
    READ_METRIC="A reading that a target or a graduate waits for (S0-23, R-04).",
)
known(
    Findable,
    "What can be searched. Of what fits equally well, teams come first, items last.",
    TEAM="Teams, by name and id.",
    PRODUCT="Products, by name and id.",
    ORGANISATION="Organisations, by name and id.",
    PROGRAM="Programs, by name and id.",
    PERSON="People who are or were on a team or own a backlog, by id: events hold no names.",
    ROADMAP_ITEM="Items of roadmaps, by title and id.",
    ITEM="Backlog items, by title, id, and what their source calls them.",
)
known(
    MilestoneKind,
    "What of a product has a day.",
    RELEASE="A release that was published (S0-13).",
    TARGET="A target of a metric, on the day it is due (S0-23).",
)
