import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ["CRM_PROCESS"] = "web"  # also where the shell says otherwise
os.environ.setdefault("DATABASE_POOL", "12")

from django.core.wsgi import get_wsgi_application

from crm import databases
from crm.common.company.starting import refuse_other_company

databases.replace_all_when_one_is_lost()
application = get_wsgi_application()
refuse_other_company()
