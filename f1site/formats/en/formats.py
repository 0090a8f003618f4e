"""Dates and times in the admin: ISO, in 24 hours, as calendars and logs have them."""

DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y-m-d H:i"
