"""What an asset may pay that nobody announced yet: forecast from its past, with method and error named."""

from fiel.income.forecast.forecasting import MONTHS_DEFAULT, MONTHS_MAX, forecast
from fiel.income.forecast.results import Basis, Forecast, ForecastPayment, Method, Trial

__all__ = [
    "MONTHS_DEFAULT",
    "MONTHS_MAX",
    "Basis",
    "Forecast",
    "ForecastPayment",
    "Method",
    "Trial",
    "forecast",
]
