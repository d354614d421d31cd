namespace Mimir.Cli.Tests;

/// <summary>Files of the checkout that this test was built from.</summary>
internal static class Checkout
{
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Its folder.</summary>
    public static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Mimir.slnx"))) return folder.FullName;
            throw new InvalidOperationException("the tests are not run inside a checkout");
        }
    }

    /// <summary>A model directory of shared/models beside the checkout, or null.</summary>
    public static string? SharedModel(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "shared", "models", name))) return Path.Combine(folder.FullName, "shared", "models", name);
        return null;
    }
}
