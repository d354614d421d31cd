namespace Mimir.Transport.Connections;

/// <summary>A port to listen on is taken or not permitted. The message names it and says what to do.</summary>
public sealed class PortInUseException(string message) : Exception(message);
