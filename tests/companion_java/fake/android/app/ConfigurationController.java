package android.app;

class ConfigurationController {
    ConfigurationController(ActivityThreadInternal thread) {
    }
}
