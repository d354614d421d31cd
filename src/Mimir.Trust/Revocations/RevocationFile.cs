namespace Mimir.Trust.Revocations;

/// <summary>A signed revocation list in a file: one line of base 64.</summary>
public static class RevocationFile
{
    /// <summary>The signed list.</summary>
    /// <exception cref="InvalidDataException">The file is unreadable.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Length > 2L * RevocationCodec.Largest) throw new FormatException("it is too large");
            return Convert.FromBase64String(File.ReadAllText(path).Trim());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new InvalidDataException($"'{path}' holds no revocation list: {error.Message}");
        }
    }

    /// <summary>Replaces the file as a whole.</summary>
    public static void Write(string path, ReadOnlySpan<byte> signed)
    {
        var temporary = path + ".new";
        File.WriteAllText(temporary, Convert.ToBase64String(signed) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Takes the list of a file into force.</summary>
    /// <exception cref="InvalidDataException">It is unreadable, or <paramref name="anchors"/> do not accept it.</exception>
    public static void Accept(TrustAnchors anchors, string path)
    {
        try
        {
            anchors.Accept(Read(path));
        }
        catch (RevocationRefusedException refused)
        {
            throw new InvalidDataException($"The revocation list in '{path}' is not accepted: {refused.Message}");
        }
    }
}
