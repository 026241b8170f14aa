"""Who the sandbox's accounts are and what opens them; nothing here is a secret."""

ORG_SHORT_CODE = "22824"
ORG_ID = "5a2db0c5-7d0e-4b52-9c4b-5a2db0c50000"
ACCESS_KEY = "u$rsandbox"
SECRET_KEY = "sandbox-leadsquared-key"  # noqa: S105 - opens nothing but the sandbox

TALKDESK_ACCOUNT = "acme"
TALKDESK_ACCOUNT_ID = "5cec1886cd9489002de30000"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-talkdesk-key"  # noqa: S105 - opens nothing but the sandbox
