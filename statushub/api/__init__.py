"""The machines' doors."""
