from django.db import migrations


def add(apps, schema_editor):
    question = apps.get_model("polls", "Question").objects.create(text="Where do you deploy?")
    choice = apps.get_model("polls", "Choice")
    choice.objects.create(question=question, text="At home")
    choice.objects.create(question=question, text="Elsewhere")


class Migration(migrations.Migration):
    dependencies = [("polls", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
