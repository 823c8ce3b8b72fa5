"""Tags on people (基础标签 and 动态标签): one catalogue, changed only through the desk.

Stands on accounts and registry; knows no forms.
"""
