namespace Mimir.Trust.Certificates;

/// <summary>Writes files that only their owner may read (0600), in directories that only their owner may enter (0700).</summary>
internal static class OwnerOnlyFile
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, FileMode | UnixFileMode.UserExecute);
    }

    /// <summary>Replaces the file as a whole: readers see the old or the new text, never a part, and never a wider mode.</summary>
    public static void Write(string path, string text)
    {
        using var file = CreateTemporary(path);
        using (var writer = new StreamWriter(file, leaveOpen: true)) writer.Write(text + "\n");
        Publish(file, path);
    }

    /// <summary>A new file beside <paramref name="path"/>, for <see cref="Publish"/>.</summary>
    public static FileStream CreateTemporary(string path)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode;
        return new FileStream(temporary, options);
    }

    /// <summary>As <see cref="CreateTemporary"/>, holding what <paramref name="path"/> holds, open at its beginning.</summary>
    public static FileStream CreateTemporaryCopy(string path)
    {
        var temporary = path + ".new";
        File.Copy(path, temporary, overwrite: true);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, FileMode);
        return new FileStream(temporary, System.IO.FileMode.Open, FileAccess.Write);
    }

    /// <summary>Waits until the disk holds the temporary file, closes it and gives it the name <paramref name="path"/>.</summary>
    public static void Publish(FileStream temporary, string path)
    {
        temporary.Flush(flushToDisk: true);
        temporary.Dispose();
        File.Move(temporary.Name, path, overwrite: true);
    }
}
