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
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode;
        using (var writer = new StreamWriter(temporary, options)) writer.Write(text + "\n");
        File.Move(temporary, path, overwrite: true);
    }
}
