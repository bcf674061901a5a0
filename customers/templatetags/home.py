"""`{% load home %}`: the words of the start page."""

from django import template

from customers.page.home_words import news_words

register = template.Library()
register.filter(news_words)
