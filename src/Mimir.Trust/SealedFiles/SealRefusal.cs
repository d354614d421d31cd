namespace Mimir.Trust.SealedFiles;

/// <summary>Why a sealed file was refused.</summary>
public enum SealRefusal
{
    /// <summary>It does not begin with the mark of a sealed file.</summary>
    NotSealed,

    /// <summary>A version, chunk size, name or padding that this program does not know.</summary>
    UnknownFormat,

    /// <summary>Shorter than its header and one chunk, or of a length that no number of chunks has.</summary>
    Truncated,

    /// <summary>Sealed under a key of another name, or of the same name and other bytes.</summary>
    WrongKey,

    /// <summary>The header was altered.</summary>
    HeaderAltered,

    /// <summary>A chunk was altered, moved, or is not the last where the file ends.</summary>
    ChunkAltered,

    /// <summary>It is the file of another purpose.</summary>
    WrongLabel,

    /// <summary>It was sealed for another measurement.</summary>
    WrongMeasurement,

    /// <summary>An older version than the monotonic counter knows of.</summary>
    RolledBack,
}
