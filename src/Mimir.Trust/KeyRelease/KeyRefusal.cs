namespace Mimir.Trust.KeyRelease;

/// <summary>Why a key was not released.</summary>
public enum KeyRefusal
{
    /// <summary>No such key is kept here.</summary>
    UnknownKey,

    /// <summary>The service, token or holder cannot be reached.</summary>
    Unreachable,

    /// <summary>The service or holder says that this machine may not have it.</summary>
    Denied,

    /// <summary>The evidence does not prove what it must.</summary>
    EvidenceRefused,

    /// <summary>The request does not answer a challenge of this holder, or answers it a second time, or too late.</summary>
    ChallengeUnknown,

    /// <summary>The answer has not the form that was asked for.</summary>
    MalformedAnswer,

    /// <summary>The answer does not open with the attested key.</summary>
    NotForThisKey,

    /// <summary>A share is not the one that its holder was given.</summary>
    WrongShare,

    /// <summary>Somebody else answers at a holder's address, or a holder whose certificate is not good.</summary>
    Untrusted,

    /// <summary>Fewer holders than needed gave a share.</summary>
    TooFewShares,

    /// <summary>The evidence proves what it must, and the policy does not want such a machine.</summary>
    PolicyRefused,
}
