from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from .models import Choice, Question


def index(request: HttpRequest) -> HttpResponse:
    return render(request, "polls/index.html", {"questions": Question.objects.prefetch_related("choice_set")})


@require_POST
def vote(request: HttpRequest, question_id: int) -> HttpResponse:
    question = get_object_or_404(Question, pk=question_id)
    choice = get_object_or_404(Choice, pk=request.POST.get("choice"), question=question)
    choice.votes = F("votes") + 1
    choice.save()
    return redirect("index")
