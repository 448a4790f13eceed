"""The roadmap service.

It owns roadmap items, releases, change requests (with the dependencies between products that follow from them) and metrics with their baselines, targets and
readings; it says what is in `libs.events.catalog.roadmap`. It listens to the portfolio service: products and their homes, and teams with the products they
serve, because authority rests on them.
"""
