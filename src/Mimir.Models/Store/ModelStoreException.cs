namespace Mimir.Models.Store;

/// <summary>The store cannot do it now: no room, or somebody else is at it. The message is one line: what, where, what to do.</summary>
public sealed class ModelStoreException(string message, Exception? inner = null) : Exception(Printable.OneLine(message, 600), inner);
