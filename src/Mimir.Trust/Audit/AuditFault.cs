namespace Mimir.Trust.Audit;

/// <summary>What is wrong with a line.</summary>
public enum AuditFault
{
    /// <summary>It is no entry, or its hash is not its own: it was altered.</summary>
    Altered,

    /// <summary>It does not follow the entry before: lines were removed, added or exchanged there.</summary>
    BrokenChain,

    /// <summary>It is not signed by the key of the certificate that the log was opened with.</summary>
    WrongSignature,

    /// <summary>The log, or this part of it, does not begin with a certificate.</summary>
    NoSigner,

    /// <summary>The certificate is not that of the authority or key asked for, or another process's than at the log's beginning.</summary>
    UntrustedSigner,

    /// <summary>The log ends within a line: the writer was stopped, and has not been started again.</summary>
    Torn,

    /// <summary>The entry that was asked for is not there: the end was cut off.</summary>
    HeadMissing,
}
