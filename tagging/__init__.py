"""Tags on people, households and dwellings (基础标签 and 动态标签): catalogue, rules over conditions, governance.

Stands on accounts and registry; knows no forms. Holds nothing yet.
"""
