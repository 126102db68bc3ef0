"""The goods, modeled and photographed by a program: hook, ball, book, e-book, and what is in the box.

The shapes are invented. Blender is a tool of development and no part of the shop; it wants an environment of its own,
outside this folder, with Python 3.11 (the wheel is 374 MB; on a bare Debian it also asks for libx11-6, libxi6,
libxrender1, libxfixes3, libxext6, libxkbcommon0, libsm6, libice6 and libgl1):

    python3.11 -m venv <elsewhere> && <elsewhere>/bin/pip install bpy==5.0.1 scikit-image pillow
    <elsewhere>/bin/python -m art.goods <folder of masters>             renders what is not there yet
    <elsewhere>/bin/python -m art.goods.develop <folder of masters>     makes static/img/products from it

`fields` and `hook`, `ball`, `sheets` are the shapes, `prints` what is printed on paper, `shots` who stands where and is
seen from where, `studio` the light and the materials. For a draft: ``--width 320 --samples 4 --step 0.12``.
"""
