"""The universal form (万能表单): a department brings its Excel and gets it back filled.

bring -> admit -> dispatch -> fill -> review -> keep -> give: one module of `services` a step.
"""
