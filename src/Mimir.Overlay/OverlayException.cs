namespace Mimir.Overlay;

/// <summary>The overlay cannot do what was asked of it. The message is one line: what, where, what to do.</summary>
public sealed class OverlayException(string message) : Exception(message);
