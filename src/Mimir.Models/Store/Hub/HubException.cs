namespace Mimir.Models.Store.Hub;

/// <summary>Why a model could not be fetched.</summary>
public enum HubRefusal
{
    /// <summary>The endpoint wants a token, or another one.</summary>
    Denied,

    /// <summary>No such model, revision or file, or one without what Mimir needs.</summary>
    NotFound,

    /// <summary>Cannot be reached, or answers with errors of its own.</summary>
    Unreachable,

    /// <summary>Answers what it must not: other bytes than it promised, paths that leave the model, redirects to unsafe places.</summary>
    Untrustworthy,
}

/// <summary>A model could not be fetched. The message is one line; it never holds the token.</summary>
public sealed class HubException(HubRefusal refusal, string message, Exception? inner = null) : Exception(Printable.OneLine(message, 600), inner)
{
    /// <summary>Why.</summary>
    public HubRefusal Refusal { get; } = refusal;
}
