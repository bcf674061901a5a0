from django.urls import path

from metrics.goals import baseline_views, register_views, target_views
from metrics.pages import dashboard_views, hygiene_views, hygiene_weights_views, kpi_views, scorecard_views
from metrics.programme import views as programme

app_name = "metrics"
urlpatterns = [
    path("dashboard/", dashboard_views.show_dashboard, name="dashboard"),
    path("customers/hygiene/", hygiene_views.hygiene, name="hygiene"),
    path("customers/hygiene/weights/", hygiene_weights_views.hygiene_weights, name="hygiene_weights"),
    path("kpis/", kpi_views.kpi_list, name="kpi_list"),
    path("kpis/<slug:key>/", kpi_views.kpi, name="kpi"),
    path("kpis/<slug:key>/series.csv", kpi_views.export_series, name="export_series"),
    path("kpis/<slug:key>/baseline/", baseline_views.freeze_baseline, name="freeze_baseline"),
    path("kpis/<slug:key>/target/", target_views.set_target, name="set_target"),
    path("baselines/<int:baseline_id>/", baseline_views.baseline, name="baseline"),
    path("baselines/<int:baseline_id>/check/", baseline_views.check_baseline, name="check_baseline"),
    path("scorecard/", scorecard_views.scorecard, name="scorecard"),
    path("scorecard/export/", scorecard_views.export_scorecard, name="export_scorecard"),
    path("programme/", register_views.rollouts, name="rollouts"),
    path("programme/teams/<int:team_id>/", register_views.rollout, name="rollout"),
    path("programme/teams/<int:team_id>/withdraw/", register_views.withdraw_rollout, name="withdraw_rollout"),
    path("programme/changes/", register_views.other_changes, name="other_changes"),
    path("programme/changes/new/", register_views.other_change, name="add_other_change"),
    path("programme/changes/<int:change_id>/", register_views.other_change, name="other_change"),
    path(
        "programme/changes/<int:change_id>/withdraw/",
        register_views.withdraw_other_change,
        name="withdraw_other_change",
    ),
    path("roi/", programme.roi, name="roi"),
    path("roi/costs/", programme.costs, name="costs"),
    path("roi/costs/new/", programme.cost, name="add_cost"),
    path("roi/costs/<int:cost_id>/", programme.cost, name="cost"),
    path("roi/costs/<int:cost_id>/withdraw/", programme.withdraw_cost, name="withdraw_cost"),
    path("roi/benefits/new/", programme.benefit, name="add_benefit"),
    path("roi/benefits/<int:benefit_id>/", programme.benefit, name="benefit"),
    path("roi/benefits/<int:benefit_id>/withdraw/", programme.withdraw_benefit, name="withdraw_benefit"),
]
