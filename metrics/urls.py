from django.urls import path

from metrics.goals import baseline_views as baselines
from metrics.goals import register_views as programme
from metrics.goals import target_views as targets
from metrics.pages import dashboard_views as dashboards
from metrics.pages import kpi_views as kpis
from metrics.pages import scorecard_views as scorecards
from metrics.programme import views as returns

app_name = "metrics"
urlpatterns = [
    path("dashboard/", dashboards.show_dashboard, name="dashboard"),
    path("kpis/", kpis.kpi_list, name="kpi_list"),
    path("kpis/<slug:key>/", kpis.kpi, name="kpi"),
    path("kpis/<slug:key>/series.csv", kpis.export_series, name="export_series"),
    path("kpis/<slug:key>/baseline/", baselines.freeze_baseline, name="freeze_baseline"),
    path("kpis/<slug:key>/target/", targets.set_target, name="set_target"),
    path("baselines/<int:baseline_id>/", baselines.baseline, name="baseline"),
    path("scorecard/", scorecards.scorecard, name="scorecard"),
    path("scorecard/export/", scorecards.export_scorecard, name="export_scorecard"),
    path("programme/", programme.rollouts, name="rollouts"),
    path("programme/teams/<int:team_id>/", programme.rollout, name="rollout"),
    path("programme/teams/<int:team_id>/withdraw/", programme.withdraw_rollout, name="withdraw_rollout"),
    path("programme/changes/", programme.other_changes, name="other_changes"),
    path("programme/changes/new/", programme.other_change, name="add_other_change"),
    path("programme/changes/<int:change_id>/", programme.other_change, name="other_change"),
    path("programme/changes/<int:change_id>/withdraw/", programme.withdraw_other_change, name="withdraw_other_change"),
    path("roi/", returns.roi, name="roi"),
    path("roi/costs/", returns.costs, name="costs"),
    path("roi/costs/new/", returns.cost, name="add_cost"),
    path("roi/costs/<int:cost_id>/", returns.cost, name="cost"),
    path("roi/costs/<int:cost_id>/withdraw/", returns.withdraw_cost, name="withdraw_cost"),
    path("roi/benefits/new/", returns.benefit, name="add_benefit"),
    path("roi/benefits/<int:benefit_id>/", returns.benefit, name="benefit"),
    path("roi/benefits/<int:benefit_id>/withdraw/", returns.withdraw_benefit, name="withdraw_benefit"),
]
