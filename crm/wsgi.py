import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ.setdefault("CRM_PROCESS", "web")
os.environ.setdefault("DATABASE_POOL", "8")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
