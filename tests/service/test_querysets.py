import pytest
from django.contrib.auth.models import AnonymousUser

from service.models import SurveyAnswer
from tests.conftest import UserFor
from tests.factories.service import SurveyAnswerFactory
from tests.readers import MayOnly


@pytest.mark.django_db
def test_answers_are_for_those_who_may_see_them(user_for: UserFor) -> None:
    answer = SurveyAnswerFactory.create()
    rows = SurveyAnswer.objects.filter(pk=answer.pk)

    assert list(rows.visible_to(MayOnly("service.view_surveyanswer"))) == [answer]
    for reader in (MayOnly("service.change_surveyanswer"), MayOnly("customers.view_customer"), AnonymousUser()):
        assert list(rows.visible_to(reader)) == []
    assert [list(rows.visible_to(user_for(role))) for role in ("sales", "service", "manager")] == [[answer]] * 3
