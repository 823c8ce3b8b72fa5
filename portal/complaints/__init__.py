"""Rules of complaints (监督举报): steps, clocks, and how nothing tells who reported. No requests."""
