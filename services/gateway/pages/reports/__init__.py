"""`/reports/{kind}/{id}`: what is known of a thing under the headings of a report, as a page and as Markdown."""
