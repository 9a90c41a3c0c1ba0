package android.app;

abstract class ActivityThreadInternal {
}
