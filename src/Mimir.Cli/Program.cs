System.Console.WriteLine("mimir");
